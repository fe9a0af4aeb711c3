"""Stands in for the AWS mock, which PyIceberg's test modules import and the catalog tests never call."""


def mock_aws(*_, **__):
    raise NotImplementedError
