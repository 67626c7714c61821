"""The import of an Amplication service: its Prisma schema and grants as a domain app."""
