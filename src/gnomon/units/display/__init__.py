"""Numbers with their units, for people: short, in their language, and never shown as what they are not."""

from gnomon.units.display.form import DEFAULT_LOCALE, Labels, Style, locale_of
from gnomon.units.display.names import Unit, unit_name
from gnomon.units.display.quantity import NOTHING, display
from gnomon.units.display.scale import Scale, axis_labels, scale_of

__all__ = [
    "DEFAULT_LOCALE",
    "NOTHING",
    "Labels",
    "Scale",
    "Style",
    "Unit",
    "axis_labels",
    "display",
    "locale_of",
    "scale_of",
    "unit_name",
]
