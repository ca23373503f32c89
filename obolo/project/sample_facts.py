"""Names and numbers of the sample organisation, for whoever must not load Django."""

SLUG, NAME = "demo", "Obolo Demo"
EMAIL = "demo@obolo.example"
# The number and account of the examples in Meta's documentation.
NUMBER_ID, WABA_ID, DISPLAY_PHONE = "106540352242922", "102290129340398", "15550783881"
HOOK_KEY = "demo"
