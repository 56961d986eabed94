"""What the stand-in's handlers may ask for by name."""

from typing import TypeAlias

from litestar.di import NamedDependency

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.behaviour import Behaviour
from portal.demo.stripe_standin.deliveries import Deliveries

AccountHere: TypeAlias = NamedDependency[Account]
BehaviourHere: TypeAlias = NamedDependency[Behaviour]
DeliveriesHere: TypeAlias = NamedDependency[Deliveries]
