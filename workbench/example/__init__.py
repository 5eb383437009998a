"""The whole way on data that lie beside the repository, or on data that are made here."""
