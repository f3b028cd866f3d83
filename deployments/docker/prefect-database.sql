-- Prefect's own database, beside ours on one server; the image of PostgreSQL runs this once, when it makes its data.
CREATE DATABASE prefect;
