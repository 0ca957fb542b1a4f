"""Units in the spelling of other systems, and back where that is lossless. Pure: unit JSON in, text or JSON out.

Each module holds one target: a function that spells a unit, None where the target cannot say it, and one that reads
a spelling, UnitError where it says no unit or could mean several. What is spelled is never read back as another unit.
"""

from gnomon.units.exports.dbt import dbt_meta, unit_of_dbt
from gnomon.units.exports.frictionless import frictionless_properties, unit_of_frictionless
from gnomon.units.exports.grafana import grafana_id, unit_of_grafana
from gnomon.units.exports.prometheus import PrometheusUnit, metric_name, prometheus_unit, unit_of_prometheus
from gnomon.units.exports.ucum import ucum_code, unit_of_ucum

__all__ = [
    "PrometheusUnit",
    "dbt_meta",
    "frictionless_properties",
    "grafana_id",
    "metric_name",
    "prometheus_unit",
    "ucum_code",
    "unit_of_dbt",
    "unit_of_frictionless",
    "unit_of_grafana",
    "unit_of_prometheus",
    "unit_of_ucum",
]
