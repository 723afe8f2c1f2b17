"""Notification: telling operators."""
