"""The portal: officers hand in by the link of their reminder, coordinators decide. HTML forms, no JavaScript."""
