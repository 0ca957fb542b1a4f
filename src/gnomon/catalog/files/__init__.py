"""DataJunction's files and the JSON of its deployments, as definitions of the catalog and back without loss.

entries.py    the YAML files of a folder or a ZIP
fields.py     the keys of a mapping, taken one by one, each with its place
nodes.py      a mapping as a definition, in all three layouts: links.py, columns.py, metric_units.py
graph.py      which node reads which;  inferred.py: columns and units that follow from the SQL
spec.py       definitions as the JSON of a deployment;  yaml_text.py, write.py: that as files
"""

from gnomon.catalog.files.deployment import Deployment
from gnomon.catalog.files.read import read_folder, read_spec, read_zip
from gnomon.catalog.files.spec import to_spec
from gnomon.catalog.files.write import files_of, write_folder, zip_of

__all__ = ["Deployment", "files_of", "read_folder", "read_spec", "read_zip", "to_spec", "write_folder", "zip_of"]
