"""``motcua payments reconcile``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.progress import Progress

from consumers.statement import open_statement
from domain.dossier.events import WIRE_NAMES, Overpaid
from service import settings as environment
from service.cli.printing import AsJson, answer_in_parts, progress, say, table, tell
from service.database import connect
from service.reconciling import Category, Finding, Payment, Sum, Tally, findings, take_in
from service.wiring import database

_FOUND_WRONG: Final = 1


def register(app: typer.Typer) -> None:
    """Add the commands."""
    payments = typer.Typer(name="payments", help="Fee and charge against those who collect them.", no_args_is_help=True)
    payments.command(epilog="Example: motcua payments reconcile statement.csv")(reconcile)
    app.add_typer(payments)


def reconcile(
    statement: Annotated[
        Path, typer.Argument(metavar="STATEMENT", help="The statement: CSV in UTF-8 with a header row.")
    ],
    all_lines: Annotated[bool, typer.Option("--all", help="List the lines that match, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hold a bank's or payment platform's statement against the payments recorded. Exit code 1 if a line differs."""
    settings = environment.load()
    tally = Tally()
    with (
        open_statement(statement) as opened,
        database(settings) as url,
        connect(url, application_name="motcua-reconciling") as connection,
        progress() as bar,
    ):
        task = bar.add_task(f"Reading {statement.name}", total=opened.total or None)
        read = take_in(connection, opened, lambda: bar.update(task, completed=opened.position))
        counted = _counted(findings(connection), tally, bar, read.lines)
        listed = (found for found in counted if all_lines or found.category is not Category.MATCHED)
        if as_json:
            answer_in_parts("found", map(_document, listed), lambda: _totals(tally, read))
        else:
            for found in listed:
                tell(_told(found))
    if not as_json:
        _tell_totals(tally, read)
    if not tally.of(Category.MATCHED) == tally.total == read:
        raise typer.Exit(_FOUND_WRONG)


def _counted(found: Iterator[Finding], tally: Tally, bar: Progress, lines: int) -> Iterator[Finding]:
    for finding in bar.track(found, total=lines, description="Comparing"):
        tally.add(finding)
        yield finding


def _tell_totals(tally: Tally, read: Sum) -> None:
    sums = [(category.value, *tally.of(category)) for category in Category]
    rows = [(name, f"{lines:,}", f"{amount:,}") for name, lines, amount in (*sums, ("statement", *read))]
    table("Statement", ("category", "lines", "amount in đồng"), rows)
    verb = "add up" if tally.total == read else "DO NOT ADD UP"
    say(f"the four {verb} to the statement's {read.lines:,} lines and {read.amount:,} đồng")


def _totals(tally: Tally, read: Sum) -> dict[str, Any]:
    return {
        "categories": {category.value: tally.of(category)._asdict() for category in Category},
        "total": read._asdict(),
        "adds_up": tally.total == read,
    }


def _told(found: Finding) -> str:
    line = found.line
    code = line.dossier_code or "(no dossier code)"
    listed = f"listed on line {found.also_on}, too; " if found.also_on is not None else ""
    recorded = ", ".join(map(_payment, found.recorded)) or "nothing"
    return (
        f"line {line.number}: {found.category}  {code}  {line.provider} {line.provider_reference}"
        f"  {line.amount:,} đồng; {listed}recorded: {recorded}"
    )


def _payment(payment: Payment) -> str:
    kind = "overpaid" if isinstance(payment, Overpaid) else "paid"
    return f"{kind} {payment.channel} {payment.provider_reference} {payment.amount:,} đồng"


def _document(found: Finding) -> dict[str, Any]:
    return {
        "line": found.line.number,
        "category": found.category.value,
        "dossier_code": found.line.dossier_code,
        "provider": found.line.provider,
        "provider_reference": found.line.provider_reference,
        "amount": found.line.amount,
        "paid_at": found.line.paid_at,
        "also_on_line": found.also_on,
        "recorded": [
            {
                "type": WIRE_NAMES[type(payment)],
                "channel": payment.channel,
                "provider_reference": payment.provider_reference,
                "amount": payment.amount,
            }
            for payment in found.recorded
        ],
    }
