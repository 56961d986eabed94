"""What the directory's handlers ask for by name."""

from typing import TypeAlias

from litestar.di import NamedDependency

from portal.payments.flows import Payments
from portal.payments.subscriptions.flows import Subscriptions

PaymentsHere: TypeAlias = NamedDependency[Payments]
SubscriptionsHere: TypeAlias = NamedDependency[Subscriptions]
