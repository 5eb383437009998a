"""Reads every CSV of -i (station, day, temperature) and writes, below -o, a summary by station and a page to look at.

Ends early on SIGTERM with what it has. Left out: rows that are no readings, which are counted.
"""

import argparse
import csv
import html
import json
import signal
import statistics
import sys
from pathlib import Path

from tabulate import tabulate


def read(folder: Path) -> tuple[dict[str, list[float]], int]:
    """Temperatures in degrees Celsius by station, and how many rows were none."""
    stations: dict[str, list[float]] = {}
    bad = 0
    for path in sorted([folder] if folder.is_file() else folder.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                try:
                    stations.setdefault(row["station"], []).append(float(row["temperature"]))
                except (KeyError, ValueError):
                    bad += 1
        print(f"read {path.name}", flush=True)
    return stations, bad


def summarise(stations: dict[str, list[float]]) -> list[dict[str, object]]:
    """One row a station: days, and the least, the median and the greatest temperature."""
    return [
        {"station": name, "days": len(values), "lowest": min(values), "median": statistics.median(values),
         "highest": max(values)}
        for name, values in sorted(stations.items())
        if values
    ]  # fmt: skip


def write(rows: list[dict[str, object]], bad: int, out: Path) -> None:
    """The same table for a program, a spreadsheet and a person."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "summary.json").write_text(json.dumps({"stations": rows, "bad_rows": bad}, ensure_ascii=False, indent=1))
    with (out / "summary.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["station", "days", "lowest", "median", "highest"])
        writer.writeheader()
        writer.writerows(rows)
    safe = [{name: html.escape(str(value)) for name, value in row.items()} for row in rows]
    table = tabulate(safe, headers="keys", tablefmt="unsafehtml")
    (out / "summary.html").write_text(
        f"<!doctype html><meta charset=utf-8><title>Weather</title>{table}", encoding="utf-8"
    )
    print(tabulate(rows, headers="keys"), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-i", "--input", type=Path, required=True, help="a CSV file, or a folder of them")
    parser.add_argument("-o", "--output", type=Path, required=True, help="a folder for the results")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    stations, bad = read(asked.input)
    write(summarise(stations), bad, asked.output)


if __name__ == "__main__":
    main()
