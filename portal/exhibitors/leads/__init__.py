"""Leads of exhibitors: scanning badges with the attendee’s consent, what the company’s team notes, lists, exports and the API,
and what attendees see and take back. Consents and the chain itself are `portal.leads`’s; what is open to whom is decided in
`exhibitors.guards`.
"""
