"""SCIM 2.0 on scim2-server: the only modules that know that library, which is still before 1.0."""
