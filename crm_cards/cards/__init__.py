"""The cards on records, one file each. `crm_cards/declared.py` finds them; what they show is written in `hubspot_project/src/app/cards/`."""
