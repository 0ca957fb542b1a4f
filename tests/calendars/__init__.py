"""Calendars of a project's own: fiscal years of 52 weeks, in months of four, four and five of them."""
