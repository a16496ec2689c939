"""How fast what was once true of a field stops being so: a half-life for each field. Pure.

A value whose half-life has passed is believed half as much. The order of the figures matters more than their size; all are our judgement,
held against the few figures we could find:
- of US employees 22 % had been with their employer for a year or less in January 2024, and the median was 3.9 years: half of all jobs
  change hands in under three years, and titles also change within a job
  (https://www.bls.gov/news.release/tenure.htm, read 2026-12);
- what is written into a register once (founding year, number, legal name) changes by an act of law, not by itself.
Limit: one figure for each field, whatever the size or the country of the company.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from integration.providers.base import Field

_YEAR: Final = timedelta(days=365)
_BY_HALF_LIFE: Final[tuple[tuple[timedelta, tuple[Field, ...]], ...]] = (
    # what is news, or moves with every hire and release
    (0.5 * _YEAR, (Field.BUYING_SIGNALS, Field.HEADCOUNT_GROWTH_RATIO, Field.TRAFFIC_RANK, Field.EMAIL_STATUS)),
    # what a person's next job changes
    (2 * _YEAR, (Field.JOB_TITLE, Field.SENIORITY, Field.DEPARTMENT, Field.EMAIL, Field.PHONE)),
    # people keep their own number and home through a change of job
    (4 * _YEAR, (Field.MOBILE_PHONE, Field.PERSON_CITY, Field.PERSON_COUNTRY)),
    # what grows or is replaced within a year or two
    (
        1.5 * _YEAR,
        (
            Field.EMPLOYEE_COUNT, Field.ANNUAL_REVENUE_USD, Field.TECHNOLOGIES, Field.KEYWORDS, Field.PAGE_TITLE, Field.LATEST_FUNDING_STAGE,
            Field.LATEST_FUNDING_ON, Field.TOTAL_FUNDING_USD, Field.INVESTORS, Field.MAIL_PROVIDER, Field.EMAIL_SECURITY, Field.COMPANY_STATUS,
        ),
    ),
    # what moves when the company moves or is sold
    (
        4 * _YEAR,
        (
            Field.DESCRIPTION, Field.INDUSTRY, Field.INDUSTRY_CODES, Field.CITY, Field.STREET, Field.POSTAL_CODE, Field.COMPANY_PHONE,
            Field.COMPANY_EMAILS, Field.SOCIAL_URLS, Field.PARENT_COMPANY, Field.SHARE_CAPITAL, Field.DOMAIN_REGISTRAR, Field.TICKER,
        ),
    ),
    # what names a company or a person, and where it is at home
    (
        10 * _YEAR,
        (
            Field.COMPANY_NAME, Field.DOMAIN, Field.COUNTRY, Field.STATE, Field.LEGAL_NAME, Field.LEGAL_FORM, Field.COMPANY_LINKEDIN_URL,
            Field.PERSON_LINKEDIN_URL, Field.FIRST_NAME, Field.LAST_NAME,
        ),
    ),
    # what happened once; only our having misread it can end
    (40 * _YEAR, (Field.FOUNDED_YEAR, Field.REGISTER_NUMBER, Field.DOMAIN_REGISTERED_ON)),
)  # fmt: skip
HALF_LIFE: Final[Mapping[Field, timedelta]] = {name: life for life, names in _BY_HALF_LIFE for name in names}
USUAL_HALF_LIFE: Final = 2 * _YEAR


def freshness(field: Field, seen_at: datetime, as_of: datetime) -> float:
    """How much of a value's certainty age has left, over 0 to 1. What was seen after `as_of` is as good as new."""
    age = max(timedelta(0), as_of - seen_at)
    return float(0.5 ** (age / HALF_LIFE.get(field, USUAL_HALF_LIFE)))
