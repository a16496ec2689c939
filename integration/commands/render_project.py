"""`leadlight render-project`: write app.json, the HubSpot project and the generated tables of docs/; with --check only say what has drifted.

With --profile it writes only the profile of an app at HubSpot, so that `hs project upload --profile NAME` needs no edit by hand.
"""

from __future__ import annotations

import argparse
import sys

from crm_cards.profiles import parse_profile
from integration.core.settings import Settings
from integration.project import ROOT, drifted, write_profile, write_project

SUMMARY = "write app.json, the HubSpot project and the generated documentation from the declarations in code"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a generated file is not current")
    profile = parser.add_argument_group("a profile", "write only what the HubSpot project must know of one installation")
    profile.add_argument("--profile", metavar="NAME", help="its name, for `hs project upload --profile NAME`")
    profile.add_argument("--public-url", default="", help="where HubSpot reaches Leadlight, such as https://leadlight.example.com")
    profile.add_argument("--account-id", type=int, default=0, help="the HubSpot account the project is uploaded to")
    profile.add_argument("--support-email", default="", help="where users of the app may write")
    profile.add_argument("--documentation-url", default="", help="where its guides can be read (the public address when left out)")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    del settings
    if arguments.profile is not None:
        return _write_profile(arguments)
    if arguments.check:
        stale = drifted()
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not current: run `leadlight render-project`", file=sys.stderr)
        return 1 if stale else 0
    for path in write_project():
        print(f"{'wrote' if path.exists() else 'removed'} {path.relative_to(ROOT)}", file=sys.stderr)
    return 0


def _write_profile(arguments: argparse.Namespace) -> int:
    profile = parse_profile(
        name=arguments.profile,
        account_id=arguments.account_id,
        public_url=arguments.public_url,
        support_email=arguments.support_email,
        documentation_url=arguments.documentation_url,
    )
    print(f"wrote {write_profile(profile).relative_to(ROOT)}", file=sys.stderr)
    return 0
