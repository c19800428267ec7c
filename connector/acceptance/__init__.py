"""The acceptance kit: everything that the connector does, tried on a warehouse that it has never seen.

findings   what was found, in values
runner     the order of the checks, the scratch schemas, signals
grants, session, project, locks, refusals, bulk   the checks
raw, receiver, dbt, usage, names, scratch, trial   what they need
page       what was found, as one page
"""

from connector.acceptance.findings import Finding
from connector.acceptance.names import real_names, without_names
from connector.acceptance.page import draw_acceptance
from connector.acceptance.runner import AREAS, accept
from connector.acceptance.trial import Part

__all__ = ["AREAS", "Finding", "Part", "accept", "draw_acceptance", "real_names", "without_names"]
