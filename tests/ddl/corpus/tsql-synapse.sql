-- Dedicated pool; every table says how it's distributed.
SET QUOTED_IDENTIFIER ON
GO
CREATE EXTERNAL FILE FORMAT parquet_files WITH (FORMAT_TYPE = PARQUET, DATA_COMPRESSION = 'org.apache.hadoop.io.compress.SnappyCodec');
GO
CREATE TABLE [dw].[FactTrip]
(
    [TripKey]     bigint IDENTITY(1,1) NOT NULL,
    [DateKey]     int NOT NULL,
    [RiderKey]    int NOT NULL,
    [Miles]       decimal(9,3) NULL,
    [Fare]        money NULL,
    [StartedAt]   datetime2(3) NOT NULL,
    [Note]        nvarchar(4000) NULL,
    CONSTRAINT [PK_FactTrip] PRIMARY KEY NONCLUSTERED ([TripKey]) NOT ENFORCED
)
WITH
(
    DISTRIBUTION = HASH ( [RiderKey] ),
    CLUSTERED COLUMNSTORE INDEX,
    PARTITION ( [DateKey] RANGE RIGHT FOR VALUES ( 20230101, 20240101, 20250101 ) )
)
GO
CREATE TABLE [dw].[DimRider]
(
    [RiderKey] int NOT NULL,
    [RiderCode] uniqueidentifier NOT NULL,
    [Home City] nvarchar(80) NULL,
    [Member] bit NULL,
    [Joined] date NULL,
    UNIQUE NONCLUSTERED ([RiderCode]) NOT ENFORCED
)
WITH ( DISTRIBUTION = REPLICATE, CLUSTERED INDEX ([RiderKey]) )
GO
CREATE TABLE [stg].[Trip] ( [Raw] varchar(8000) NULL, [File] nvarchar(260) NULL, [Loaded] smalldatetime NULL ) WITH ( HEAP, DISTRIBUTION = ROUND_ROBIN );
GO
CREATE EXTERNAL TABLE [ext].[Weather]
(
    [Station] varchar(12) NOT NULL,
    [Day] date NOT NULL,
    [Max °C] real NULL,
    [Rain] float NULL,
    [Source] char(4) COLLATE Latin1_General_100_BIN2_UTF8
)
WITH ( LOCATION = N'/weather/2024;all/', DATA_SOURCE = lake, FILE_FORMAT = parquet_files, REJECT_TYPE = VALUE, REJECT_VALUE = 0 )
GO
CREATE STATISTICS st_rider ON [dw].[FactTrip] ([RiderKey]) WITH FULLSCAN
GO
COPY INTO [stg].[Trip] FROM 'https://acme.blob.example/trips/*.csv' WITH ( FILE_TYPE = 'CSV', FIELDTERMINATOR = ';', FIRSTROW = 2 )
GO
