"""What the tests that cross modules share: the server under test, clients, the ledger, log and table readers."""
