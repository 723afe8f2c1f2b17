"""Runbooks as text, for tests that import them."""

#: One parameter in, one item returned.
HELLO = """\
orchestrion: runbook/1
name: Hello
returned_data:
  - {name: said}
activities:
  start:
    type: runbook-control.initialize-data
    name: Initialize Data
    inputs:
      parameters:
        - {name: word, type: text, required: true}
  done:
    type: runbook-control.return-data
    name: Return Data
    inputs:
      values:
        said: hello {{ start["word"] }}
links:
  - {from: start, to: done}
"""
