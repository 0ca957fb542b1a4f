"""The command line: one file a verb. Data on stdout, talk on stderr; exit 0 done, 1 the data says no, 2 wrong input."""
