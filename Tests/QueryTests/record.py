"""Fills in the answers of the logic tests, as DuckDB gives them.

usage: python3 Tests/QueryTests/record.py [--check]

A file of Logic/ is a list of blocks between empty lines. `query`, the SQL, `----`, then the rows: a line each, cells
separated by ` | `, NULL for null; line breaks within a cell as \\n. `error` and the SQL: DuckDB must refuse it too.
Rows of a query without an ORDER BY that settles it are sorted. `--check` fails where an answer in a file is not DuckDB's.
"""

import pathlib
import re
import sys

import duckdb

LOGIC = pathlib.Path(__file__).parent / "Logic"


def connect():
    connection = duckdb.connect()
    declared = (LOGIC / "tables/README.md").read_text()
    for name, columns in re.findall(r"^\| `(\w+)\.csv` \| (.*) \|$", declared, re.M):
        kinds = ", ".join(f"'{n}': '{k}'" for n, k in re.findall(r"(\w+) (\w+)", columns))
        connection.execute(
            f"CREATE TABLE {name} AS FROM read_csv('{LOGIC}/tables/{name}.csv', header = true, "
            f"columns = {{{kinds}}}, quote = '\"', allow_quoted_nulls = false)"
        )
    return connection


def cell(value):
    if value is None:
        return "NULL"
    return value.replace("\\", "\\\\").replace("\n", "\\n") or "''"


def answer(connection, sql):
    relation = connection.sql(sql)
    if relation is None:
        return []
    names = ", ".join(f"c{i}" for i in range(len(relation.columns)))
    texts = ", ".join(f"c{i}::VARCHAR" for i in range(len(relation.columns)))
    rows = connection.execute(f"SELECT {texts} FROM ({sql}) t({names})").fetchall()
    return [" | ".join(cell(value) for value in row) for row in rows]


def record(connection, path):
    blocks = []
    for block in re.split(r"\n{2,}", path.read_text().strip()):
        head, _, rest = block.partition("\n")
        sql = rest.partition("\n----")[0]
        if head == "query":
            rows = answer(connection, sql)
            blocks.append("\n".join([head, sql, "----", *rows]))
            continue
        if head == "error":
            try:
                connection.execute(sql).fetchall()
            except duckdb.Error:
                pass
            else:
                raise SystemExit(f"{path.name}: DuckDB answers what is said to be an error:\n{sql}")
        blocks.append(block)
    return "\n\n".join(blocks) + "\n"


def main():
    connection = connect()
    stale = []
    for path in sorted(LOGIC.glob("*.slt")):
        text = record(connection, path)
        if text != path.read_text():
            stale.append(path.name)
            if "--check" not in sys.argv:
                path.write_text(text)
    if "--check" in sys.argv and stale:
        raise SystemExit(f"answers that are not DuckDB's: {', '.join(stale)}")
    print(f"{len(stale)} files changed" if stale else "all answers are DuckDB's")


if __name__ == "__main__":
    main()
