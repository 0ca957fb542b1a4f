"""An independent judge of numbers: definitions as structures, computed by brute force with exact arithmetic.

Nothing here imports gnomon or parses SQL. `clock` says which rows stand for which days, `model` is what a definition
says, `judge` computes it, and `spell` writes the same definition as the files and the SQL that a user would write.
"""
