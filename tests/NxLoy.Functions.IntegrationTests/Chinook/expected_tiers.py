"""What every customer of the Chinook store has spent, how often, and which tier that reaches, from the CSV files alone.

    expected_tiers.py FOLDER TODAY

SILVER is one visit within the last year, GOLD 38.62 spent ever, PLATINUM 42; the year is today and every day back to the
one after the same date a year ago. Days are those of UTC. One line a customer: external id, spent, visits, tier.
"""

import csv
import sys
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path


def rows(file):
    with open(Path(sys.argv[1]) / file, encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)


def a_year_before(day):
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 2, 28)


paid = defaultdict(Decimal)
for line in rows("invoice-lines.csv"):
    paid[line["invoiceId"]] += Decimal(line["quantity"]) * Decimal(line["unitPrice"])

year_ago = a_year_before(date.fromisoformat(sys.argv[2]))
spent, visits, lately = defaultdict(Decimal), Counter(), Counter()
for invoice in rows("invoices.csv"):
    customer = invoice["customerExternalId"]
    assert paid[invoice["invoiceId"]] == Decimal(invoice["total"]), invoice
    spent[customer] += paid[invoice["invoiceId"]]
    visits[customer] += 1
    day = datetime.fromisoformat(invoice["occurredAt"].replace("Z", "+00:00")).date()
    lately[customer] += day > year_ago

for customer in rows("customers.csv"):
    name = customer["externalId"]
    if spent[name] >= 42:
        tier = "PLATINUM"
    elif spent[name] >= Decimal("38.62"):
        tier = "GOLD"
    else:
        tier = "SILVER" if lately[name] else "BRONZE"
    print(name, spent[name], visits[name], tier, sep=",")
