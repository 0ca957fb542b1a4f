"""Cases as data: definitions, and what their variants hold by SQL or rows that were written by hand."""
