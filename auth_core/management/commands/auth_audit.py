from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from auth_core.asvs.catalogue import FAIL, Finding
from auth_core.asvs.run import audit_service
from runtime.command import ProjectCommand


class Command(ProjectCommand):
    help = (
        "Checks requirements of the OWASP ASVS 5.0 on the running configuration, by requests to "
        "the service itself. "
        "Exits with 1 if one is not met. Everything happens in one transaction, which is rolled "
        "back: on SQLite nobody "
        "else can write for those seconds."
    )
    examples = (
        "auth_audit",
        "auth_audit --json",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        self.say("Asking the service …")
        findings = audit_service()
        if options["json"]:
            self.stdout.write(
                json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False)
            )
        else:
            self._print(findings)
        if any(finding.outcome == FAIL for finding in findings):
            sys.exit(1)

    def _print(self, findings: list[Finding]) -> None:
        styles = {FAIL: self.style.ERROR, "pass": self.style.SUCCESS}
        for finding in findings:
            outcome = styles.get(finding.outcome, str)(f"{finding.outcome:<4}")
            self.stdout.write(f"{finding.id:<7} {outcome}  {finding.evidence}")
        failed = sum(finding.outcome == FAIL for finding in findings)
        self.stdout.write(f"\n{len(findings)} requirements, {failed} not met")
