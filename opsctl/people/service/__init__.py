"""The use cases of people: `identity` says who acts, `persons` and `customers` add, change and find, `imports` takes
files of both."""
