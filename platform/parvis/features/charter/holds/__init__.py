"""Legal holds: what may not be deleted while a matter is pending."""
