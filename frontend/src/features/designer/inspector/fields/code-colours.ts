import { HighlightStyle } from '@codemirror/language';
import { tags } from '@lezer/highlight';

/** Colours of code on a dark ground, each with AA contrast. */
export const oneDarkHighlight = HighlightStyle.define([
  { tag: tags.keyword, color: '#c8a5f0' },
  { tag: [tags.string, tags.special(tags.string)], color: '#a5d28a' },
  { tag: [tags.number, tags.bool, tags.null], color: '#e9b872' },
  { tag: tags.comment, color: '#93a0ad', fontStyle: 'italic' },
  { tag: [tags.function(tags.variableName), tags.definition(tags.variableName)], color: '#83bdf7' },
  { tag: [tags.typeName, tags.className, tags.tagName], color: '#7fd0d8' },
  { tag: [tags.propertyName, tags.attributeName], color: '#e6a0a0' },
]);
