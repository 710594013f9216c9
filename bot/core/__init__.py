"""The service core: what the policy promises and how it is kept.

Knows neither Telegram nor SQL. Every verb is a plain function over a `Tx` (ports.py), takes ids and values, returns frozen
records, and raises an error of errors.py. README.md beside this file has the glossary and the data inventory.
"""
