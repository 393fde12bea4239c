"""Users of a directory, and the members behind them."""


async def test_a_user_becomes_a_member_without_a_session(entra) -> None:
    user = await entra.user(
        externalId="oid-1",
        title="Directrice des risques",
        preferredLanguage="fr-FR",
        emails=[{"value": "anne@orvance.example", "type": "work", "primary": True}],
    )
    member = await entra.member(user["id"])
    assert (member["display_name"], member["name_source"]) == ("Anne Tavel", "espace-client")
    assert (member["headline"], member["email"]) == (
        "Directrice des risques",
        "anne@orvance.example",
    )
    assert (member["locale"], member["capacity"], member["state"]) == ("fr", "client", "active")
    assert (
        user["meta"]["location"] == f"https://banque-orvance.localhost/scim/v2/Users/{user['id']}"
    )
