"""Decisions about one member, $2: about their words, or about themselves."""

# Two branches, each by its own index: rows written before decisions named whom they concern are
# found by the author of the words.
ABOUT = """about AS (
        SELECT d.* FROM decision d WHERE d.tenant_id = $1 AND d.member_id = $2
         UNION ALL
        SELECT d.* FROM contribution o
          JOIN decision d ON d.tenant_id = $1 AND d.contribution_id = o.id
         WHERE o.tenant_id = $1 AND o.author_id = $2 AND d.member_id IS NULL
    )"""
# Of a decision `d`: nobody has taken it back.
STANDS = """NOT EXISTS (SELECT FROM decision back
                            WHERE back.tenant_id = $1 AND back.reverses_id = d.id)"""
