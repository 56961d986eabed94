"""What registration's handlers ask for by name."""

from typing import TypeAlias

from litestar.di import NamedDependency

from portal.payments.flows import Payments

PaymentsHere: TypeAlias = NamedDependency[Payments]
