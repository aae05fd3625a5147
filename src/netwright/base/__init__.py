"""What every floor stands on: errors, outcomes, addresses, clock, settings types."""
