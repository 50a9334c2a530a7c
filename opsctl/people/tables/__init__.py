"""The rows of persons, of the posts they hold, and of customers: each by itself, so that a quick verb loads few."""
