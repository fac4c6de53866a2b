"""Reads an export as people do and prints what was found as JSON: rows of texts, sums, types, formula cells.

    read.py READER FILE '["column", ...]'
"""

import datetime
import decimal
import json
import sys
import xml.etree.ElementTree as tree

SUMMED = ["calls", "input_tokens", "output_tokens", "cost_usd"]
DECIMAL = decimal.Context(prec=60)


def plain(value):
    """A cell as text: a figure without an exponent or trailing zeros, a time to the millisecond, nothing as None."""
    if value is None or value == "" or value != value:
        return None
    if isinstance(value, str):
        return value
    if hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime()
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        value += datetime.timedelta(microseconds=500)
        return value.isoformat(timespec="milliseconds") + "Z"
    if isinstance(value, datetime.date):
        return value.isoformat()
    # repr is the shortest text that is this float: what a person sees in the cell.
    number = decimal.Decimal(value if isinstance(value, decimal.Decimal) else repr(value))
    return digits(number)


def digits(number):
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def total(cells):
    added = decimal.Decimal(0)
    for cell in cells:
        if cell is not None:
            added = DECIMAL.add(added, decimal.Decimal(cell))
    return digits(added)


def found(names, rows, wanted, types=None, formulas=0, sums=None):
    at = [names.index(name) for name in wanted]
    summed = {name: [plain(row[names.index(name)]) for row in rows] for name in SUMMED if name in names}
    return {
        "rows": [[plain(row[index]) for index in at] for row in rows],
        "sums": sums or {name: total(cells) for name, cells in summed.items()},
        "types": types or {},
        "formulas": formulas,
    }


def read_duckdb(file, wanted):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    if file.endswith(".csv"):
        # As typed by a person first: it must find by itself how the file is written.
        count = connection.sql(f"SELECT count(*) FROM read_csv('{file}')").fetchall()[0][0]
        source = f"read_csv('{file}', all_varchar = true)"
    elif file.endswith(".ndjson"):
        count = connection.sql(f"SELECT count(*) FROM '{file}'").fetchall()[0][0]
        source = f"read_json('{file}', sample_size = -1)"
    else:
        count = connection.sql(f"SELECT count(*) FROM '{file}'").fetchall()[0][0]
        source = f"'{file}'"
    described = connection.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()
    names = [name for name, *_ in described]
    rows = connection.sql(f"SELECT * FROM {source}").fetchall()
    assert count == len(rows), f"{count} counted, {len(rows)} read"
    amounts = ", ".join(f"sum(CAST({name} AS DECIMAL(38, 12)))" for name in SUMMED if name in names)
    sums = connection.sql(f"SELECT {amounts} FROM {source}").fetchall()[0]
    in_order = [name for name in SUMMED if name in names]
    types = {name: kind for name, kind, *_ in described}
    return found(names, rows, wanted, types, 0, dict(zip(in_order, map(plain, sums))))


def read_pandas(file, wanted):
    import pandas

    types = {}
    if file.endswith(".csv"):
        count = len(pandas.read_csv(file))
        frame = pandas.read_csv(file, dtype=str, keep_default_na=False)
    elif file.endswith(".ndjson"):
        frame = pandas.read_json(file, lines=True, dtype=False, convert_dates=False)
        count = len(pandas.read_json(file, lines=True))
    elif file.endswith(".parquet"):
        import pyarrow.parquet

        frame = pandas.read_parquet(file, dtype_backend="pyarrow")
        count = len(pandas.read_parquet(file))
        types = {field.name: str(field.type) for field in pyarrow.parquet.read_schema(file)}
    else:
        frame = pandas.read_excel(file, sheet_name="Rows", keep_default_na=False, dtype=object)
        count = len(pandas.read_excel(file, sheet_name="Rows"))
    assert count == len(frame), f"{count} counted, {len(frame)} read"
    frame = frame.astype(object).where(frame.notna(), None)
    rows = list(frame.itertuples(index=False, name=None))
    if file.endswith(".xlsx"):
        rows = [[unescaped(cell) for cell in row] for row in rows]
    return found(list(frame.columns), rows, wanted, types)


def unescaped(cell):
    """What XML cannot hold is written as _xHHHH_ (ECMA-376); Excel shows it again, these libraries leave it."""
    from openpyxl.utils.escape import unescape

    return unescape(cell) if isinstance(cell, str) else cell


def read_openpyxl(file, wanted):
    import openpyxl

    book = openpyxl.load_workbook(file)
    formulas = sum(
        cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None
    )
    names, *rows = book["Rows"].iter_rows(values_only=True)
    return found(list(names), [[unescaped(cell) for cell in row] for row in rows], wanted, {}, formulas)


OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def read_office(file, wanted):
    """What LibreOffice made of a file: the flat OpenDocument that it was converted to."""
    root = tree.parse(file).getroot()
    formulas = sum(f"{TABLE}formula" in cell.attrib for cell in root.iter(f"{TABLE}table-cell"))
    sheets = list(root.iter(f"{TABLE}table"))
    sheet = next((one for one in sheets if one.get(f"{TABLE}name") == "Rows"), sheets[-1])
    rows = []
    for row in sheet.iter(f"{TABLE}table-row"):
        cells = []
        for cell in row.iter(f"{TABLE}table-cell"):
            cells.extend([office_cell(cell)] * min(100, int(cell.get(f"{TABLE}number-columns-repeated", "1"))))
        if any(cell is not None for cell in cells):
            rows.append(cells)
    names, *rows = rows
    width = len(names)
    return found(names, [(row + [None] * width)[:width] for row in rows], wanted, {}, formulas)


def office_cell(cell):
    kind = cell.get(f"{OFFICE}value-type")
    if kind is None:
        return None
    if kind == "float":
        return decimal.Decimal(cell.get(f"{OFFICE}value"))
    if kind == "date":
        return datetime.datetime.fromisoformat(cell.get(f"{OFFICE}date-value")[:26])
    return "\n".join(paragraph(one) for one in cell.iter(f"{TEXT}p"))


def paragraph(element):
    text = element.text or ""
    for child in element:
        if child.tag == f"{TEXT}s":
            text += " " * int(child.get(f"{TEXT}c", "1"))
        elif child.tag == f"{TEXT}tab":
            text += "\t"
        elif child.tag == f"{TEXT}line-break":
            text += "\n"
        else:
            text += paragraph(child)
        text += child.tail or ""
    return text


READERS = {"duckdb": read_duckdb, "pandas": read_pandas, "openpyxl": read_openpyxl, "office": read_office}
reader, path, columns = sys.argv[1:]
json.dump(READERS[reader](path, json.loads(columns)), sys.stdout)
