"""Random definitions over random data, rendered, run and judged by the oracle."""
