"""What is on offer, tickets, and orders, as plain values. Prices are net, in minor units."""
