"""File Management: what happens to files."""
