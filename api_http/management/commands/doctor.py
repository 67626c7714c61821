from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from api_http.diagnosis import Finding, diagnose_service
from runtime.command import ProjectCommand


class Command(ProjectCommand):
    help = (
        "Looks at the installation: versions, database, cache, clock, keys, plugins, settings. "
        "Each finding that is not in order has a remedy, and makes the exit status 1. "
        "Examples: `manage.py doctor`, `manage.py doctor --json`."
    )
    examples = (
        "doctor",
        "doctor --json",
    )
    after_interrupt = ""
    # It runs them itself, and reports what they find.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = diagnose_service()
        if options["json"]:
            rows = [asdict(finding) for finding in findings]
            self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False))
        else:
            self._print(findings)
        if not all(finding.ok for finding in findings):
            sys.exit(1)

    def _print(self, findings: list[Finding]) -> None:
        width = max(len(finding.check) for finding in findings)
        for finding in findings:
            word = self.style.SUCCESS("ok  ") if finding.ok else self.style.ERROR("FAIL")
            self.stdout.write(f"{word}  {finding.check:<{width}}  {finding.detail}")
            if not finding.ok and finding.remedy:
                self.stdout.write(f"{'':<{width + 8}}{finding.remedy}")
        failed = sum(not finding.ok for finding in findings)
        self.stdout.write(f"\n{len(findings)} findings, {failed} not in order")
