"""The ways a message leaves the house: e-mail over one pooled connection, and Zalo."""
