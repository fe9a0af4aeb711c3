"""A Spark session of this process with a REST catalog named c."""

from pyspark.sql import SparkSession


def start(uri, jar, caches_tables=False):
    """With a cache a statement is planned on one state of a table, as it must be where others commit meanwhile."""
    options = {"spark.jars": jar, "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
               "spark.driver.memory": "1g", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
               "spark.sql.shuffle.partitions": "2", "spark.sql.session.timeZone": "UTC",
               "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
               "spark.sql.catalog.c": "org.apache.iceberg.spark.SparkCatalog", "spark.sql.catalog.c.type": "rest",
               "spark.sql.catalog.c.uri": uri, "spark.sql.catalog.c.cache-enabled": str(caches_tables).lower()}
    builder = SparkSession.builder.master("local[2]").appName("icelight")
    for key, value in options.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
