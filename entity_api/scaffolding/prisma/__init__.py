"""A strict parser of the Prisma schema language, for the import of a service."""
