"""`gnomon metrics`: what is defined, what it means, its SQL and its picture."""

from __future__ import annotations

import click

from gnomon.cli.metrics_list import list_metrics
from gnomon.cli.metrics_show import show
from gnomon.cli.plot import plot
from gnomon.cli.render import render


@click.group()
def metrics() -> None:
    """List, explain, render and plot metrics."""


for command in (list_metrics, show, render, plot):
    metrics.add_command(command)
