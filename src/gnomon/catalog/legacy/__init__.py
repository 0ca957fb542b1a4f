"""From a DataJunction-like database, whose metrics keep flat units, to a catalog, whose columns keep units; and back.

`old` reads the tables there, `carry` brings them over, `give_back` returns, `census` counts on both sides.
"""
