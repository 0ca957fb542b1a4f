"""Check what a variant's query gives out against the contract, before anything is built."""

from gnomon.check.contract import Output, output_columns
from gnomon.check.project import check
from gnomon.check.refused import refused

__all__ = ["Output", "check", "output_columns", "refused"]
