"""Stands in for the AWS client's core."""
