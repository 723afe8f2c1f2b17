"""Text File Management: single lines of text files."""
