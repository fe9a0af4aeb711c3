"""Stands in for the AWS client, which PyIceberg's test modules import and the catalog tests never call."""

client = object
