create table sales (
  sale_id bigint not null,
  customer varchar(40),
  primary key (sale_id)
);
