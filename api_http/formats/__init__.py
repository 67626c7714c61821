"""How pages write times. The setting FORMAT_MODULE_PATH names this package."""
