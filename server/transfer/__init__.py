"""Users in and out by the file, from any machine: a client of the service, which knows nothing of its inside.

`records` says what a file is made of; `json_lines`, `csv_rows`, `references` and `sources` are the forms of
files; `sending` carries messages over streams that may break; `importing` and `exporting` are what people ask
for, and `work` puts the parts together.
"""
