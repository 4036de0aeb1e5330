"""Keeping an answer apart with what the machine has, and saying plainly what it has not.

`layers` holds the layers one by one; `plan` finds out by trying which of them work here and applies those.
"""
