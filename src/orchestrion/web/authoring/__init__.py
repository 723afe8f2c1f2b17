"""Folders, runbooks, drafts, versions and the catalogue of activity types."""
