"""FastAPI with SQLAlchemy's asyncio extension, as in their tutorials, over the service's tables."""

import os
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException, status
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel, ConfigDict
from sqlalchemy import DateTime, make_url, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SECRET_KEY = os.environ["JWT_SECRET_KEY"]
NAME = os.environ["JWT_NAME"]
DATABASE_URL = os.environ["DATABASE_URL"].replace("postgres://", "postgresql://", 1)

# The tutorials leave it out. The default pool would make some connections for each request.
engine = create_async_engine(
    make_url(DATABASE_URL).set(drivername="postgresql+asyncpg"), pool_size=20
)
make_session = async_sessionmaker(engine, expire_on_commit=False)
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")
app = FastAPI()


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012 as SQLAlchemy's documentation has it


class User(Base):
    __tablename__ = "accounts_user"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    username: Mapped[str]
    is_active: Mapped[bool]


class Customer(Base):
    __tablename__ = "shop_customer"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    created_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    updated_at: Mapped[datetime] = mapped_column(
        default=lambda: datetime.now(UTC), onupdate=lambda: datetime.now(UTC)
    )
    email: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    phone: Mapped[str | None]
    address_id: Mapped[uuid.UUID | None]


class CustomerIn(BaseModel):
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    address_id: uuid.UUID | None = None


class CustomerOut(CustomerIn):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    created_at: datetime
    updated_at: datetime


async def get_session() -> AsyncIterator[AsyncSession]:
    async with make_session() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


async def get_current_user(token: Annotated[str, Depends(oauth2_scheme)], session: Session) -> User:
    refusal = HTTPException(
        status.HTTP_401_UNAUTHORIZED,
        "Could not validate credentials",
        {"WWW-Authenticate": "Bearer"},
    )
    try:
        claims = jwt.decode(token, SECRET_KEY, algorithms=["HS256"], audience=NAME, issuer=NAME)
    except jwt.InvalidTokenError:
        raise refusal from None
    user = await session.get(User, uuid.UUID(claims["sub"]))
    if user is None or not user.is_active:
        raise refusal
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


async def find_customer(customer_id: uuid.UUID, session: Session) -> Customer:
    customer = await session.get(Customer, customer_id)
    if customer is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Customer not found")
    return customer


Found = Annotated[Customer, Depends(find_customer)]


@app.get("/api/customers")
async def list_customers(
    user: CurrentUser, session: Session, skip: int = 0, take: int = 20
) -> list[CustomerOut]:
    rows = await session.scalars(select(Customer).order_by(Customer.id).offset(skip).limit(take))
    return rows.all()


@app.get("/api/customers/{customer_id}")
async def read_customer(user: CurrentUser, customer: Found) -> CustomerOut:
    return customer


@app.post("/api/customers", status_code=status.HTTP_201_CREATED)
async def create_customer(user: CurrentUser, session: Session, data: CustomerIn) -> CustomerOut:
    customer = Customer(**data.model_dump())
    session.add(customer)
    await session.commit()
    return customer


@app.patch("/api/customers/{customer_id}")
async def update_customer(
    user: CurrentUser, session: Session, customer: Found, data: CustomerIn
) -> CustomerOut:
    for name, value in data.model_dump(exclude_unset=True).items():
        setattr(customer, name, value)
    await session.commit()
    return customer
